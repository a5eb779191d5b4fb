/** By this variable the command line tells the program what it runs for, where that is no update. */
export const operationVariable = "ISTHMUS_OPERATION";

/** One of its values: the program runs before a destruction, by `pulumi refresh --run-program` of its providers. */
export const destroyOperation = "destroy";

/** The other one: the program runs for `pulumi refresh --run-program`. */
export const refreshOperation = "refresh";
