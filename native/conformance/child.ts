/**
 * The process that rules run in: they change limits and lock memory, which no host should have done to it. An entry of its own, started by
 * `run.ts`; a rule that needs a second process starts it again with the name of a role.
 */
import { act } from './roles.ts';
import { RULES } from './rules.ts';
import { serveRules } from './serve.ts';

const [, , role, ...words] = process.argv;
if (role === undefined) serveRules(RULES);
else act(role, words);
