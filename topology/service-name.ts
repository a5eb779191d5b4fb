/** A Service of one cluster. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}
