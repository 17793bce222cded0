import type { Command } from 'commander';
import { approvalCommands } from './approvals';
import { deadLettersCommand } from './dead-letters';
import { decisionsCommand } from './decisions';
import { guardCommands } from './guarding';
import { kitFor, thisTerminal, type Terminal } from './kit';
import { lookingCommands } from './looking';
import { notificationsCommand } from './notifications';
import { runbookCommand } from './runbooks';

export { exitCodes } from './api';
export { type Terminal } from './kit';

/** The commands over the operator API. */
export function operatorCommands(terminal: Terminal = thisTerminal): readonly Command[] {
  const kit = kitFor(terminal);
  return [
    ...lookingCommands(kit),
    runbookCommand(kit),
    ...guardCommands(kit),
    ...approvalCommands(kit),
    notificationsCommand(kit),
    decisionsCommand(kit),
    deadLettersCommand(kit),
  ];
}
