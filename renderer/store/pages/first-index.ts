export { firstIndex } from '../../../protocol/first-index.ts';
