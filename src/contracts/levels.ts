import type { LevelName } from './types.js';

/** The value of each named level on x64. Device levels lie between DISPATCH_LEVEL and HIGH_LEVEL and have no name here. */
export const levels: Readonly<Record<LevelName, number>> = {
  PASSIVE_LEVEL: 0,
  APC_LEVEL: 1,
  DISPATCH_LEVEL: 2,
  HIGH_LEVEL: 15,
};

export function isLevelName(name: string): name is LevelName {
  return Object.hasOwn(levels, name);
}

/** The name of a level; undefined for a device level and for what is no level at all. */
export function levelName(value: number): LevelName | undefined {
  return Object.keys(levels)
    .filter(isLevelName)
    .find((name) => levels[name] === value);
}
