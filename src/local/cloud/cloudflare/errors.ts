/** An answer that is no success: status, and the errors of the envelope. */
export class CloudflareRefusal extends Error {
  override readonly name = 'CloudflareRefusal';
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** JSON pointer to what is wrong in the request, as batch answers have it. */
    readonly pointer?: string,
  ) {
    super(message);
  }
}

export const invalid = (code: number, message: string): CloudflareRefusal => new CloudflareRefusal(400, code, message);
export const noRecord = (): CloudflareRefusal => new CloudflareRefusal(404, 81044, 'Record does not exist.');
export const noRoute = (path: string): CloudflareRefusal =>
  new CloudflareRefusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
export const notAuthenticated = (): CloudflareRefusal => new CloudflareRefusal(401, 1000, 'Invalid API Token');
export const notAllowed = (): CloudflareRefusal =>
  new CloudflareRefusal(403, 9109, 'Unauthorized to access requested resource');
