// First, because the others make schemas as they are loaded.
import './without-eval.ts';
import { start } from './app/start.tsx';

await start(document);
