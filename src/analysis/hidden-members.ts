/** Hidden members: where an object keeps what no program can read by name. */

/** Hidden member of an instance: its class. */
export const CLASS = '[[class]]';
/** Hidden member of a class: what it extends. */
export const SUPERCLASS = '[[superclass]]';
/** Hidden member of an arrow function: its `this`. */
export const THIS = '[[this]]';
/** Hidden members of a closure: the values of the variables that it captured and that nobody assigns to, each by its cell. */
export const CAPTURED = '[[captured]]';
/** What is known to be among elements that may be anything: a member for each value, named by it. */
export const ALSO = '[+]';
/** What an array, map or set holds under keys that are not known. */
export const ELEMENTS = '[*]';
/** Hidden member of an array whose elements are known: how many there are. */
export const LENGTH = '[[length]]';
