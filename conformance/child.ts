/**
 * The process that rules run in: they change limits and lock memory, which no host should have done to it. An entry of
 * its own, started by `run.ts`; a rule that needs a second process starts it again with the name of a role.
 */

import { RULES } from './all-rules.ts';
import { serveRules } from './run-in-child.ts';
import { act } from './second-process-roles.ts';

const [, , role, ...words] = process.argv;
if (role === undefined) serveRules(RULES);
else act(role, words);
