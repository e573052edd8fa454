/** From where a program is entered: exported functions, routines with a role, public methods of exported classes. Read from its source. */
import ts from 'typescript';
import { isRoleName, type RoleName } from '../../contracts/roles.js';
import { handedOverBy, isWrittenInPlace, keyOfFunction, type Handed } from './inline.js';

/** A parameter of an entry, with the text of its type. */
interface Parameter {
  readonly name: string;
  readonly type: string;
}

export type Entry =
  | { readonly kind: 'function'; readonly name: string; readonly parameters: readonly Parameter[]; readonly returnsValue: boolean }
  | {
      readonly kind: 'routine';
      readonly name: string;
      readonly role: RoleName;
      readonly returnsValue: boolean;
      /** Written where it is handed to the kit. */
      readonly inline?: InlineRoutine;
    }
  | {
      readonly kind: 'method';
      readonly name: string;
      readonly className: string;
      readonly parameters: readonly Parameter[];
      readonly returnsValue: boolean;
    };

/** A routine that there is only once something else has run. */
interface InlineRoutine {
  readonly key: string;
  /** What hands it over; undefined for what the module does while it is loaded. */
  readonly within: Entry | undefined;
}

export interface Outline {
  readonly entries: readonly Entry[];
  /** Variables of the module, but for functions and classes. */
  readonly variables: readonly ModuleVariable[];
  /** Names of members that functions assign to: their values are unknown when one is entered. */
  readonly assignedMembers: ReadonlySet<string>;
  /** Types of members of classes, by name. */
  readonly memberTypes: ReadonlyMap<string, string>;
  /** Some cell's value is compared with something: it may hold nothing. */
  readonly comparesCells: boolean;
  /** First and last lines of all functions with a body, inner ones last. */
  readonly functions: readonly (readonly [first: number, last: number])[];
  /** Names of variables that are assigned to and may hold a block or handle. */
  readonly holders: readonly string[];
  /** Names of classes that are made without arguments. */
  readonly classes: readonly string[];
  /** Members of exported classes that whoever has an instance can get at. */
  readonly publicMembers: ReadonlySet<string>;
}

interface ModuleVariable {
  readonly name: string;
  readonly isExported: boolean;
  /** The text of its type when functions assign to it: its value is unknown when one is entered. */
  readonly reassignedAs: string | undefined;
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

const parametersOf = (parameters: readonly ts.ParameterDeclaration[], source: ts.SourceFile): Parameter[] =>
  parameters.map(({ name, type }) => ({ name: name.getText(source), type: type?.getText(source) ?? 'unknown' }));

/** Whether a function returns a value anywhere, as a function of a role or of any other type may not. */
function returnsValue(body: ts.Node): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) found = true;
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  if (!ts.isBlock(body)) return true;
  ts.forEachChild(body, visit);
  return found;
}

export function outlineOf(source: ts.SourceFile): Outline {
  const entries: Entry[] = [];
  const variables: ModuleVariable[] = [];
  const assignedNames = assignedNamesOf(source);
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && isExported(statement) && statement.name !== undefined && statement.body !== undefined) {
      const parameters = parametersOf(statement.parameters, source);
      entries.push({ kind: 'function', name: statement.name.text, parameters, returnsValue: returnsValue(statement.body) });
    } else if (ts.isClassDeclaration(statement) && isExported(statement) && statement.name !== undefined) {
      entries.push(...methodsOf(statement, statement.name.text, source));
    } else if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) readVariable(statement, declaration);
    }
  }
  addHandedOver(source, entries);
  return {
    entries,
    variables,
    assignedMembers: assignedMembersOf(source),
    memberTypes: memberTypesOf(source),
    comparesCells: comparesCells(source),
    functions: functionsOf(source),
    holders: holdersOf(source),
    classes: source.statements
      .filter(ts.isClassDeclaration)
      .filter(isMadeAlone)
      .map(({ name }) => name?.text ?? ''),
    publicMembers: publicMembersOf(source),
  };

  function readVariable(statement: ts.VariableStatement, { name, type, initializer }: ts.VariableDeclaration): void {
    if (!ts.isIdentifier(name)) return;
    const role = type?.getText(source);
    if (initializer !== undefined && ts.isArrowFunction(initializer)) {
      if (role !== undefined && isRoleName(role))
        entries.push({ kind: 'routine', name: name.text, role, returnsValue: returnsValue(initializer.body) });
      return;
    }
    const reassignedAs = !assignedNames.has(name.text)
      ? undefined
      : (role ?? (initializer === undefined ? 'unknown' : typeOfLiteral(initializer)));
    variables.push({ name: name.text, isExported: isExported(statement), reassignedAs });
  }
}

/** Functions that have a role because they are handed to the kit: declared ones, and those that are written in place. */
function addHandedOver(source: ts.SourceFile, entries: Entry[]): void {
  const declared = new Map(source.statements.filter(ts.isFunctionDeclaration).map((node) => [node.name?.text ?? '', node]));
  const add = ({ value, role }: Handed, within: Entry | undefined): void => {
    if (isWrittenInPlace(value) && value.body !== undefined) {
      const key = keyOfFunction(value, source);
      entries.push({ kind: 'routine', name: '', role, returnsValue: returnsValue(value.body), inline: { key, within } });
      return;
    }
    const name = value.getText(source);
    const body = declared.get(name)?.body;
    if (body !== undefined && !entries.some((entry) => entry.kind === 'routine' && entry.name === name))
      entries.push({ kind: 'routine', name, role, returnsValue: returnsValue(body) });
  };
  const visit = (node: ts.Node, within: Entry | undefined): void => {
    for (const handed of handedOverBy(node)) add(handed, within);
    const around = entryOf(node) ?? within;
    ts.forEachChild(node, (child) => {
      visit(child, around);
    });
  };
  /** The entry whose body a node is. */
  const entryOf = (node: ts.Node): Entry | undefined => {
    if (!ts.isFunctionLike(node)) return undefined;
    const key = keyOfFunction(node, source);
    const { parent } = node;
    return entries.find((entry) => {
      if (entry.kind === 'method')
        return ts.isClassDeclaration(parent) && parent.name?.text === entry.className && node.name?.getText(source) === entry.name;
      if (entry.kind === 'routine' && entry.inline !== undefined) return entry.inline.key === key;
      const name = ts.isFunctionDeclaration(node) ? node.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
      return name?.getText(source) === entry.name;
    });
  };
  visit(source, undefined);
}

/** Names that something is assigned to: a variable that nothing is assigned to is a constant, however it is declared. */
function assignedNamesOf(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left))
      names.add(node.left.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function assignedMembersOf(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(node.left))
      names.add(node.left.name.text);
    if (!ts.isConstructorDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** A type of what may be lost when a variable is assigned to. */
export const isHolder = (type: string): boolean => /\b(?:HANDLE|WSK_REGISTRATION)\b/.test(type);

function functionsOf(source: ts.SourceFile): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (hasBlock(node)) found.push([lineOf(node.getStart(source)), lineOf(node.end)]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A function that is more than an expression. */
export const hasBlock = (node: ts.Node): node is ts.FunctionLikeDeclaration & { readonly body: ts.Block } =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body);

function holdersOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      (node.parent.flags & ts.NodeFlags.Const) === 0 &&
      isHolder(node.type?.getText(source) ?? node.initializer?.getText(source) ?? '')
    )
      found.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isMadeAlone = ({ members }: ts.ClassDeclaration): boolean =>
  !members.some((member) => ts.isConstructorDeclaration(member) && member.parameters.length > 0);

function memberTypesOf(source: ts.SourceFile): ReadonlyMap<string, string> {
  const fields = source.statements.filter(ts.isClassDeclaration).flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
  return new Map(fields.flatMap(({ name, type }) => (type === undefined ? [] : [[name.getText(source), type.getText(source)]])));
}

function comparesCells(source: ts.SourceFile): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    found ||= ts.isBinaryExpression(node) && isComparison(node) && isCellValue(node.left);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const comparisons: readonly ts.SyntaxKind[] = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken];

export const isComparison = ({ operatorToken }: ts.BinaryExpression): boolean => comparisons.includes(operatorToken.kind);

/** `cell.value` of an out-parameter. */
export const isCellValue = (node: ts.Node): node is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(node) && node.name.text === 'value';

const hiding: readonly ts.SyntaxKind[] = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];

const isHidden = (node: ts.HasModifiers): boolean => node.modifiers?.some(({ kind }) => hiding.includes(kind)) === true;

function publicMembersOf(source: ts.SourceFile): ReadonlySet<string> {
  const classes = source.statements.filter(ts.isClassDeclaration).filter(isExported);
  const fields = classes.flatMap(({ members }) => members.filter(ts.isPropertyDeclaration)).filter((field) => !isHidden(field));
  return new Set(fields.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : [])));
}

function typeOfLiteral({ kind }: ts.Expression): string {
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return 'boolean';
  return kind === ts.SyntaxKind.NumericLiteral ? 'number' : 'unknown';
}

function methodsOf(declaration: ts.ClassDeclaration, className: string, source: ts.SourceFile): Entry[] {
  return declaration.members.flatMap((member): Entry[] => {
    if (!ts.isMethodDeclaration(member) || member.body === undefined || !ts.isIdentifier(member.name)) return [];
    if (isHidden(member)) return [];
    const parameters = parametersOf(member.parameters, source);
    return [{ kind: 'method', name: member.name.text, className, parameters, returnsValue: returnsValue(member.body) }];
  });
}
