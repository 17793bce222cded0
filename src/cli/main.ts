import { createProgram } from './program';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `caretaker: Node ${process.versions.node} is too old; 22.19 or later is needed (npm scripts bring their own)\n`,
  );
  process.exit(1);
}

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
