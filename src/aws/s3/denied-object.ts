/** The refusal of one object: nothing else is wrong with the bucket. */

/** An object that this caller is not allowed to read. */
export class DeniedObject extends Error {}
