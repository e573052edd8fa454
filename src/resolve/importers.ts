/** Which files of a project import a file: told from the compiler's own trees, so that no file is parsed for it. */
import type ts from 'typescript';
import { fileOf, specifiersOf } from './files.js';

const importers = new WeakMap<ts.Program, ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]>>();

function importersIn(program: ts.Program): ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]> {
  let known = importers.get(program);
  if (known === undefined) importers.set(program, (known = findImporters(program)));
  return known;
}

function findImporters(program: ts.Program): ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]> {
  const found = new Map<ts.SourceFile, ts.SourceFile[]>();
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile) continue;
    for (const imported of importsOf(file, program)) {
      const there = found.get(imported);
      if (there === undefined) found.set(imported, [file]);
      else there.push(file);
    }
  }
  return found;
}

function importsOf(file: ts.SourceFile, program: ts.Program): ReadonlySet<ts.SourceFile> {
  return new Set(specifiersOf(file).flatMap((specifier) => fileOf(specifier, program) ?? []));
}

/** More files than this are not looked at for one. */
const MAX_USERS = 50;

const users = new WeakMap<ts.Program, Map<ts.SourceFile, readonly ts.SourceFile[]>>();

/** The files that import a file, or a file that hands on what it exports. */
export function usersOf(file: ts.SourceFile, program: ts.Program): readonly ts.SourceFile[] {
  let known = users.get(program);
  if (known === undefined) users.set(program, (known = new Map<ts.SourceFile, readonly ts.SourceFile[]>()));
  let found = known.get(file);
  if (found === undefined) known.set(file, (found = findUsers(file, program)));
  return found;
}

function findUsers(file: ts.SourceFile, program: ts.Program): readonly ts.SourceFile[] {
  const byImported = importersIn(program);
  const found = new Set([file]);
  for (const at of found) {
    if (at !== file && !handsOn(at)) continue;
    for (const user of byImported.get(at) ?? []) if (found.size <= MAX_USERS) found.add(user);
  }
  found.delete(file);
  return [...found];
}

/** Whether a file re-exports anything; by the members of its statements, as the numbers of syntax kinds differ from version to version. */
function handsOn(file: ts.SourceFile): boolean {
  return file.statements.some((statement) => 'exportClause' in statement && 'moduleSpecifier' in statement);
}

/** The files that a driver is made of which has this file in it: those that import it, directly or not, and all that these import. */
export function driverAround(file: ts.SourceFile, program: ts.Program): readonly ts.SourceFile[] {
  const byImported = importersIn(program);
  const found = new Set([file]);
  for (const at of found) for (const user of byImported.get(at) ?? []) found.add(user);
  for (const at of found) for (const imported of importsOf(at, program)) found.add(imported);
  found.delete(file);
  return [...found];
}
