/** Short retention and no delay, so that a few simulated hours show all of it. */
export const backupPolicy = `
version: 1
timeZone: UTC
vaults: { westeurope: rg-platform-backup-weu-001, northeurope: rg-platform-backup-neu-001 }
tiers:
  gold:
    rpo: 1h
    rto: 1h
    copyTo: northeurope
    retention: { keepLast: 2, deleteAfter: 2h }
  bronze:
    rpo: 12h
    rto: 1d
    retention: { keepLast: 2, deleteAfter: 1h }
select: [{ tag: caretaker-backup }]
`;
