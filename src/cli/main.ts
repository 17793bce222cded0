import { createProgram } from './program';

createProgram()
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    // A user's mistake or a broken machine: one line that says what to do, never a stack.
    process.stderr.write(`caretaker: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env['CARETAKER_DEBUG'] !== undefined && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`);
    }
    process.exitCode = 1;
  });
