/** Where the management API is, for building the links that clients follow. */
export interface ManagementAddress {
  /** Base URL of the host, without a trailing slash. */
  readonly url: string;
  readonly hubName: string;
  readonly key: string;
  /** Secret part of the path that the SDK's own client uses. */
  readonly rpcToken: string;
}

/** Path of the management API on the host. */
export const MANAGEMENT_PATH = '/runtime/webhooks/durabletask';
/** Path of the same API for the SDK's client, which cannot send a key; the next segments are a secret and a traceparent. */
export const RPC_PATH = '/durabletask';

/** Links for one instance, with the names and forms that the real extension gives them. */
export function managementLinks(address: ManagementAddress, instanceId: string): Record<string, string> {
  const query = `taskHub=${address.hubName}&connection=Storage&code=${encodeURIComponent(address.key)}`;
  const base = `${address.url}${MANAGEMENT_PATH}/instances/${encodeURIComponent(instanceId)}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${base}?${query}`,
    sendEventPostUri: `${base}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${base}/terminate?reason={text}&${query}`,
    rewindPostUri: `${base}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${base}?${query}`,
    restartPostUri: `${base}/restart?${query}`,
    suspendPostUri: `${base}/suspend?reason={text}&${query}`,
    resumePostUri: `${base}/resume?reason={text}&${query}`,
  };
}

/** The value of a `durableClient` input binding, which the SDK's client is made from. */
export function clientInputData(address: ManagementAddress, traceParent: string): unknown {
  const base = `${address.url}${MANAGEMENT_PATH}`;
  const query = `taskHub=${address.hubName}&connection=Storage&code=${encodeURIComponent(address.key)}`;
  const start = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return {
    taskHubName: address.hubName,
    creationUrls: {
      createNewInstancePostUri: `${start}?code=${encodeURIComponent(address.key)}`,
      createAndWaitOnNewInstancePostUri: `${start}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&code=${encodeURIComponent(address.key)}`,
    },
    managementUrls: managementLinks(address, 'INSTANCEID'),
    baseUrl: base,
    requiredQueryStringParameters: query,
    // The client sends no trace context unless the app runs OpenTelemetry; so its address carries it.
    rpcBaseUrl: `${address.url}${RPC_PATH}/${address.rpcToken}/${traceParent}/`,
  };
}
