/** Hidden members: where an object keeps what no program can read by name. */

/** Hidden member of an instance: its class. */
export const CLASS = '[[class]]';
/** Hidden member of an object that was there before: the class that some expression which gave it was declared to be of. */
export const DECLARED = '[[declared]]';
/** Hidden member of a class: what it extends. */
export const SUPERCLASS = '[[superclass]]';
/** Hidden member of an arrow function: its `this`. */
export const THIS = '[[this]]';
/** Hidden members of a closure: the values of the variables that it captured and that nobody assigns to, each by its cell. */
export const CAPTURED = '[[captured]]';
/** Hidden members of a closure: the environments whose variables it shares with other closures, each by the function that declares them. */
export const ENVIRONMENT = '[[environment]]';
/** Hidden members of an environment: its variables, each by its cell. */
export const VARIABLE = '[[variable]]';
/** Hidden member of an environment whose variables are in it, and not in their cells. */
export const KEPT = '[[kept]]';
/** Hidden members of an object that keeps a routine for the kit to run: the routine, and what it is handed, by the names of its parameters. */
export const ROUTINE = '[[routine]]';
export const HANDED = '[[handed]]';
/** What is known to be among elements that may be anything: a member for each value, named by it. */
export const ALSO = '[+]';
/** What an array, map or set holds under keys that are not known. */
export const ELEMENTS = '[*]';
/** Hidden member of an array whose elements are known: how many there are. */
export const LENGTH = '[[length]]';
/** Hidden members of the iterator of an array whose elements are known: the array, and how many elements were taken. */
export const ITERATED = '[[iterated]]';
export const TAKEN = '[[taken]]';
