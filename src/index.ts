/** The plugin object: rules by name, and configs that hold the plugin itself. */
import type { TSESLint } from '@typescript-eslint/utils';
import captureAfterRegistration from '../rules/capture-after-registration.js';
import checkedStatus from '../rules/checked-status.js';
import irqlRequirements from '../rules/irql-requirements.js';
import noDeregisterWhileCaptured from '../rules/no-deregister-while-captured.js';
import noInfiniteWaitInDriverEntry from '../rules/no-infinite-wait-in-driver-entry.js';
import noNpiOutsideCapture from '../rules/no-npi-outside-capture.js';
import noRegistrationOverwrite from '../rules/no-registration-overwrite.js';
import noWaitInWskCallback from '../rules/no-wait-in-wsk-callback.js';
import noWaitingCapture from '../rules/no-waiting-capture.js';
import pairedCapture from '../rules/paired-capture.js';
import pairedIrql from '../rules/paired-irql.js';
import pairedRegistration from '../rules/paired-registration.js';
import clientAttachProvider from '../rules/client-attach-provider.js';
import providerAttachClient from '../rules/provider-attach-client.js';
import detachCompletion from '../rules/detach-completion.js';
import registerLast from '../rules/register-last.js';
import residentRegistrationData from '../rules/resident-registration-data.js';
import waitAfterNmrDeregister from '../rules/wait-after-nmr-deregister.js';
import { meta } from './meta.js';
import type { Rule } from './analysis/define-rule.js';

const namespace = 'driver-contracts';

const rules = {
  'paired-registration': pairedRegistration,
  'paired-capture': pairedCapture,
  'capture-after-registration': captureAfterRegistration,
  'no-registration-overwrite': noRegistrationOverwrite,
  'no-waiting-capture': noWaitingCapture,
  'no-deregister-while-captured': noDeregisterWhileCaptured,
  'no-npi-outside-capture': noNpiOutsideCapture,
  'checked-status': checkedStatus,
  'client-attach-provider': clientAttachProvider,
  'provider-attach-client': providerAttachClient,
  'detach-completion': detachCompletion,
  'register-last': registerLast,
  'resident-registration-data': residentRegistrationData,
  'wait-after-nmr-deregister': waitAfterNmrDeregister,
  'irql-requirements': irqlRequirements,
  'paired-irql': pairedIrql,
  'no-wait-in-wsk-callback': noWaitInWskCallback,
  'no-infinite-wait-in-driver-entry': noInfiniteWaitInDriverEntry,
} as const satisfies Record<string, Rule>;

type RuleEntry = TSESLint.SharedConfig.RuleEntry;

/** The options that `strict` gives a rule. */
const strictOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'no-waiting-capture': { unknownContext: true },
  'irql-requirements': { unknownContext: true },
};

const entries = (preset: 'recommended' | 'strict' | 'all'): Record<string, RuleEntry> =>
  Object.fromEntries(
    Object.entries<Rule>(rules)
      .filter(([, rule]) => preset !== 'recommended' || rule.preset === 'recommended')
      .map(([name]): [string, RuleEntry] => {
        const options = preset === 'strict' ? strictOptions[name] : undefined;
        return [`${namespace}/${name}`, options === undefined ? 'error' : ['error', options]];
      }),
  );

interface Plugin {
  readonly meta: typeof meta;
  readonly rules: typeof rules;
  readonly configs: Record<'recommended' | 'strict' | 'all', TSESLint.FlatConfig.Config>;
}

const plugin: Plugin = { meta, rules, configs: {} as Plugin['configs'] };

for (const preset of ['recommended', 'strict', 'all'] as const) {
  plugin.configs[preset] = {
    name: `${namespace}/${preset}`,
    plugins: { [namespace]: plugin },
    rules: entries(preset),
  };
}

export default plugin;
