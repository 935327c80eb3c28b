/** The refusal of a single object in a bucket that can otherwise be read. */

/** An object that this caller is not allowed to read. */
export class DeniedObject extends Error {}
