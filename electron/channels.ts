/** What the preload and the main process say to each other. The page asks with a nonce and finds it beside its port. */
export const portChannel = 'pagescope:port';
export const requestPortChannel = 'pagescope:request-port';

/** A nonce is a UUID; anything much longer isn't a request of ours. */
export const maxNonceLength = 64;
