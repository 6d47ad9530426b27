/** A child of `runConformance` with rules of its own, one of which kills its process. */
import { serveRules } from '../../native/conformance/serve.ts';
import { deadlyRules } from './deadly-rules.ts';

serveRules(deadlyRules);
