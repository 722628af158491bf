/**
 * Checks the whole of the store it is given, as the least urgent work of the machine, and tells its parent what is wrong.
 * It ends with its parent, and not by the Ctrl-C that both of them get: the parent says when.
 */
import { constants, setPriority } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { checkWhole } from './check.ts';

const [path = ''] = process.argv.slice(2);
setPriority(constants.priority.PRIORITY_LOW);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());

const check = checkWhole(path);
let step = check.next();
for (; !step.done; step = check.next()) await turn();
process.send?.(step.value, () => process.exit());
