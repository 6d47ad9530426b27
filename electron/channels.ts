/** What the preload and the main process say to each other. The page asks with a nonce and finds it beside its port. */
export const portChannel = 'pagescope:port';
export const requestPortChannel = 'pagescope:request-port';

/** To the page: how an export ended, with the address of its blob. From the page: a wish for the path of a file. */
export const savedChannel = 'pagescope:saved';
export const chooseFileChannel = 'pagescope:choose-file';

/** To the page: the address that it is to show. */
export const showChannel = 'pagescope:show';

/** To the page: the key of a command that was chosen from the menu. */
export const keyChannel = 'pagescope:key';

/** A nonce is a UUID; anything much longer isn't a request of ours. */
export const maxNonceLength = 64;
