/** What a TLS session to the API server is opened with. */
export interface TlsClientConfig {
  /** PEM bundle of the certificate authorities that may have issued the API server's certificate. Absent: those of Node. */
  ca?: string | Buffer;
  /** PEM certificate chain of the client, with `key`. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Name to verify the API server's certificate against, where it differs from the host of the URL. */
  servername?: string;
}

/** Where the API server is and how to prove who we are. */
export interface KubeConnection {
  /** `https://host:port`, optionally with a path that stands before every request. */
  readonly server: URL;
  /** Namespace of the context or of the pod, where one is known. */
  readonly namespace?: string;
  /** Read for every new session, so that rotated files are picked up. */
  tls(signal?: AbortSignal): Promise<TlsClientConfig>;
  /** Value of the `authorization` header, read for every request; undefined where the client certificate is the proof. */
  authorization(): Promise<string | undefined> | string | undefined;
  /** Called when the API server did not accept the credentials: whatever is remembered of them is read again. */
  invalidateCredentials?(): void;
}
