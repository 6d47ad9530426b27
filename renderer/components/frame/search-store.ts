import { createSpotlight } from '@mantine/spotlight';

/** Whether the search is open, and what opens it: the search itself is loaded then. */
export const [searchStore, search] = createSpotlight();
