/**
 * Whether a config can be used depends on who asks: it leaves a namespace to the requester, and nobody asks. Thrown by the kit alone, in
 * place of whatever an author made of the reference that could not be followed, and never sent to a peer.
 */
export class RequesterNeeded extends Error {
  override readonly name = 'RequesterNeeded';
}
