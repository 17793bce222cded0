/** How one signs in to the console, as `GET /sign-in.json` tells it. Nothing in it is a secret. */
export type SignIn =
  /** Authorization code flow with PKCE at an OpenID provider: Entra, or what stands in for it on the local platform. */
  | {
      readonly kind: 'entra';
      /** The issuer; its metadata are below it at `/.well-known/openid-configuration`. */
      readonly authority: string;
      readonly clientId: string;
      readonly scope: string;
      /** The local platform's stand-in, where one chooses who to be. */
      readonly local: boolean;
    }
  /** App Service authentication stands in front of every request: `/.auth/login/aad`. */
  | { readonly kind: 'app-service' }
  /** Function keys, on a local platform without tokens. */
  | { readonly kind: 'key' }
  /** Nobody can sign in until what `problem` says is set. */
  | { readonly kind: 'none'; readonly problem: string };

/** What {@link signInOf} decides from. */
export interface SignInSettings {
  /** Whose tokens the operator API takes; absent where it takes function keys. */
  readonly tokens:
    | {
        readonly tenantId: string;
        readonly audiences: readonly string[];
        readonly issuer: string | undefined;
        readonly appService: boolean;
      }
    | undefined;
  /** Where people sign in: `https://login.microsoftonline.com`. */
  readonly login: string;
  /** The application that people sign in with; when absent, the one of the API itself. */
  readonly clientId: string | undefined;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How people sign in to the console of a deployment. */
export function signInOf({ tokens, login, clientId: given }: SignInSettings): SignIn {
  if (tokens === undefined) {
    return { kind: 'key' };
  }
  const { tenantId, audiences, issuer, appService } = tokens;
  if (appService) {
    return { kind: 'app-service' };
  }
  const clientId = given ?? audiences.find((audience) => guid.test(audience));
  if (clientId === undefined) {
    const problem =
      'CARETAKER_CONSOLE_CLIENT_ID is not set and no audience in CARETAKER_API_AUDIENCE is a client id; set the former to the client id of the application that people sign in to the console with.';
    return { kind: 'none', problem };
  }
  // An application that asks for a token for itself has to name itself by its client id: Entra refuses its URI (AADSTS90009).
  const resource = audiences.includes(clientId)
    ? clientId
    : (audiences.find((audience) => audience.startsWith('api://')) ?? audiences[0] ?? clientId);
  return {
    kind: 'entra',
    authority: issuer ?? `${login.replace(/\/+$/, '')}/${tenantId}/v2.0`,
    clientId,
    scope: `${resource}/.default`,
    local: issuer !== undefined,
  };
}
