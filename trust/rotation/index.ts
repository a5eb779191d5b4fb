export * from "./chain";
export * from "./handshake";
export * from "./plan";
export * from "./safety";
export * from "./standing";
export * from "./step";
export * from "./uptake";
export * from "./words";
