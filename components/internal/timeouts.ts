/**
 * How long a Helm release may take until all that it made is ready, in seconds. Helm's own default of five minutes: a
 * load balancer of a cloud may need three of them.
 */
export const releaseTimeoutSeconds = 300;
