/** What a list of processes can be sorted by, the largest first; a name and a pid rise. */
export const processOrders = ['rss', 'swap', 'vmlck', 'share', 'mappings', 'pid', 'name'] as const;
export type ProcessOrder = (typeof processOrders)[number];
