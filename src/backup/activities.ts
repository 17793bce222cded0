import { copyingActivities } from './copying';
import type { BackupPorts } from './ports';
import { pruningActivities } from './pruning';
import { settlingActivities } from './settling';
import { takingActivities } from './taking';

/** The activities of backups. Those that change something on the platform take what stops them. */
export function backupActivities(ports: BackupPorts) {
  return {
    ...takingActivities(ports),
    ...settlingActivities(ports),
    ...copyingActivities(ports),
    ...pruningActivities(ports),
  };
}

export type BackupActivities = ReturnType<typeof backupActivities>;
