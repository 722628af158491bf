/** Checks the whole of the store it is given, as the least urgent work of the machine, and tells its parent what is wrong. */
import { constants, setPriority } from 'node:os';
import { checkWhole } from './check.ts';

const [path = ''] = process.argv.slice(2);
setPriority(constants.priority.PRIORITY_LOW);
const check = checkWhole(path);
for (let step = check.next(); ; step = check.next()) {
  if (!step.done) continue;
  process.send?.(step.value);
  break;
}
