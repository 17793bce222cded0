/** An answer of ARM that is not a success. Thrown by handlers, turned into the answer at one place. */
export class ArmError extends Error {
  override readonly name = 'ArmError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  get body(): { error: { code: string; message: string } } {
    return { error: { code: this.code, message: this.message } };
  }
}

export const resourceNotFound = (type: string, name: string, resourceGroup: string): ArmError =>
  new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. ` +
      'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  );

export const resourceGroupNotFound = (name: string): ArmError =>
  new ArmError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);

export const subscriptionNotFound = (id: string): ArmError =>
  new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);

export const authorizationFailed = (clientId: string, objectId: string, action: string, scope: string): ArmError =>
  new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action '${action}' ` +
      `over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    { 'x-ms-failure-cause': 'gateway' },
  );

export const missingApiVersion = (): ArmError =>
  new ArmError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );

export const invalidApiVersion = (version: string, supported: readonly string[]): ArmError =>
  new ArmError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`,
  );

/** Another write to the resource is under way. */
export const conflict = (): ArmError =>
  new ArmError(
    409,
    'Conflict',
    'The request failed due to conflict with a concurrent request. To resolve it, please refer to ' +
      'https://aka.ms/activitylog to get more details on the conflicting requests.',
  );

export const operationNotAllowed = (message: string): ArmError => new ArmError(409, 'OperationNotAllowed', message);

/** A lock on the resource, not throttling, although the status is the same. */
export const anotherOperation = (operation: string, resource: string, retryAfterSeconds: number): ArmError =>
  new ArmError(
    429,
    'RetryableErrorDueToAnotherOperation',
    `Operation ${operation} (${resource}) cannot proceed because another operation on this or a dependent resource is ` +
      'in progress. Please retry later.',
    { 'Retry-After': String(retryAfterSeconds) },
  );

export const badRequest = (code: string, message: string): ArmError => new ArmError(400, code, message);

/** What a person hears who asks the control of the local cloud for something that is not there. */
export class CloudControlError extends Error {
  override readonly name = 'CloudControlError';
}
