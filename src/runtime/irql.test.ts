import { beforeEach, describe, expect, test } from 'vitest';
import {
  APC_LEVEL,
  BugCheckError,
  DISPATCH_LEVEL,
  HIGH_LEVEL,
  KeGetCurrentIrql,
  KeLowerIrql,
  KeRaiseIrql,
  KeRaiseIrqlToDpcLevel,
  Out,
  PAGED_CODE,
  PASSIVE_LEVEL,
  simulation,
  type KIRQL,
} from './index.js';
import { contractFunctions, dispatchMembers } from '../contracts/functions.js';
import { requireLevel } from './irql.js';
import { levelsOf, limitsOf, type LeveledCall } from './levels.js';
import { machine } from './machine.js';

beforeEach(() => {
  simulation.reset();
});

const clauses = (): string[] => simulation.findings().map((finding) => finding.clause);
const bugCheck = (name: string): unknown => expect.objectContaining({ name });

test('a raise saves the level that its lowering restores', () => {
  const oldIrql = new Out<KIRQL>();
  KeRaiseIrql(APC_LEVEL, oldIrql);
  const inner = KeRaiseIrqlToDpcLevel();
  expect([oldIrql.value, inner, KeGetCurrentIrql()]).toEqual([PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL]);
  KeLowerIrql(inner);
  KeLowerIrql(oldIrql.value);
  expect(KeGetCurrentIrql()).toBe(PASSIVE_LEVEL);
  expect(clauses()).toEqual([]);
});

describe('I1: every call has its levels', () => {
  const calls = Object.keys({ ...contractFunctions, ...dispatchMembers }) as LeveledCall[];
  /** Every form that the page of a call tells apart. */
  const forms = calls.flatMap((call): [LeveledCall, (number | boolean | undefined)[]][] => {
    const levels = levelsOf(call);
    if ('poolOf' in levels) return [[call, [true, false]]];
    return [[call, 'parameter' in levels ? [levels.equals, undefined] : [undefined]]];
  });
  const cases = forms.flatMap(([call, deciding]) => deciding.map((value) => [call, value] as const));

  test.each(cases)('%s (%s) above and below', (call, deciding) => {
    const { min, max } = limitsOf(call, deciding);
    const legal = (level: number): boolean => {
      machine.irql = level;
      try {
        requireLevel(call, deciding);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(BugCheckError);
        return false;
      }
    };
    for (let level = PASSIVE_LEVEL; level <= HIGH_LEVEL; level++) expect(legal(level)).toBe(level >= min && level <= max);
  });

  test('the bug check has the name and the number of the kernel', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      PAGED_CODE();
    }).toThrow(expect.objectContaining({ name: 'IRQL_NOT_LESS_OR_EQUAL', code: 0x0a, clause: 'I1' }));
  });
});

describe('I2: raises raise, and lowering restores', () => {
  test('a raise to a lower level stops the system', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      KeRaiseIrql(APC_LEVEL, new Out<KIRQL>());
    }).toThrow(bugCheck('IRQL_NOT_GREATER_OR_EQUAL'));
    expect(clauses()).toEqual(['I2']);
  });

  test('lowering to a higher level stops the system', () => {
    expect(() => {
      KeLowerIrql(DISPATCH_LEVEL);
    }).toThrow(bugCheck('IRQL_NOT_LESS_OR_EQUAL'));
  });

  test('lowering to another level than was saved is refused', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      KeLowerIrql(APC_LEVEL);
    }).toThrow('clause I2');
    expect(KeGetCurrentIrql()).toBe(DISPATCH_LEVEL);
  });

  test('lowering past a saved level is refused', () => {
    const outer = new Out<KIRQL>();
    KeRaiseIrql(APC_LEVEL, outer);
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      KeLowerIrql(outer.value);
    }).toThrow('clause I2');
  });
});

describe('I3 and I5: a routine undoes what it did', () => {
  test('a second lowering is refused', () => {
    KeLowerIrql(KeRaiseIrqlToDpcLevel());
    expect(() => {
      KeLowerIrql(PASSIVE_LEVEL);
    }).toThrow('clause I3');
  });

  test('a routine that returns raised is recorded, and the next one is not blamed for it', () => {
    simulation.call('thread', PASSIVE_LEVEL, () => void KeRaiseIrqlToDpcLevel());
    expect(clauses()).toEqual(['I3']);
    expect(KeGetCurrentIrql()).toBe(PASSIVE_LEVEL);
  });

  test('a routine that returns at another level without a raise is recorded', () => {
    simulation.call('dpc', DISPATCH_LEVEL, () => {
      machine.irql = PASSIVE_LEVEL;
    });
    expect(clauses()).toEqual(['I5']);
  });
});

test('recording only: the wrong lowering does nothing and the program goes on', () => {
  simulation.recordOnly(true);
  KeRaiseIrqlToDpcLevel();
  KeLowerIrql(APC_LEVEL);
  expect(KeGetCurrentIrql()).toBe(DISPATCH_LEVEL);
  expect(simulation.findings()[0]?.callSite).toContain('irql.test.ts');
});
