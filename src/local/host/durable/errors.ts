/** An instance of this id is running already. */
export class InstanceExistsError extends Error {
  override readonly name = 'InstanceExistsError';
}

/** What was asked for cannot be: an unknown function, a malformed id. The message says which and what would do. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/** The state file could not be written; what was asked for did not happen. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
