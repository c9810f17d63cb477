/**
 * What a provider's gate writes into GOAWAY (RFC 9113 §6.8, debug data) before it answers the calls of a client that it does not
 * accept. A handler, in whatever language, writes statuses, details and trailers, but never this frame; so core believes
 * CLIENT_REJECTED where it came with it, and nowhere else.
 */
export const CLIENT_REFUSED = 'client-refused';
