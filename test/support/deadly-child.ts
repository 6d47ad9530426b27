/** A child of `runConformance` with rules of its own, one of which kills its process. */
import { serveRules } from '../../conformance/run-in-child.ts';
import { deadlyRules } from './deadly-rules.ts';

serveRules(deadlyRules);
