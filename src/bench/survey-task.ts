/** A process that surveys files of packages, or of the sample. */
import ts from 'typescript';
import { serve } from './child.js';
import { Programs } from './programs.js';
import { sample, surveyOfSample } from './survey-sample.js';
import { filesBelow, readForced, survey, type Surveyed } from './survey.js';

export interface SurveyTask {
  readonly folder: string;
  readonly path: string;
  readonly plant: boolean;
  readonly typed: boolean;
}

export interface SampleTask {
  /** In `sample`. */
  readonly index: number;
  readonly plant: boolean;
}

export interface SurveyAnswer extends Surveyed {
  readonly maxRss: number;
}

const compilerOptions: ts.CompilerOptions = {
  allowJs: true,
  jsx: ts.JsxEmit.Preserve,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

let current: { readonly key: string; readonly program: ts.Program } | undefined;

/** One program holds a whole package. */
function programOf(folder: string, plant: boolean): ts.Program {
  const key = `${folder} ${plant ? 'planted' : 'plain'}`;
  if (current?.key !== key) {
    const sources = filesBelow(folder).map((path) => readForced(path, plant));
    current = { key, program: new Programs({ sources, options: compilerOptions }).fresh() };
  }
  return current.program;
}

function surveyed(task: SurveyTask | SampleTask): Surveyed {
  if ('index' in task) return surveyOfSample(sample[task.index] ?? { path: 'none.js', text: '' }, task.plant);
  const { folder, path, plant, typed } = task;
  return survey(readForced(path, plant), folder, typed ? programOf(folder, plant) : undefined);
}

function run(task: SurveyTask | SampleTask): SurveyAnswer {
  return { ...surveyed(task), maxRss: process.resourceUsage().maxRSS * 1024 };
}

serve(run);
