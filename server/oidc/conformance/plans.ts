import { basicPlan, configPlan, formPostBasicPlan } from './basic.ts';
import { cibaPlan } from './ciba.ts';
import { fapiSecurityPlan, fapiSigningPlan } from './fapi.ts';
import { backchannelLogoutPlan, frontchannelLogoutPlan, rpLogoutPlan } from './logout.ts';
import type { Plan } from './plan.ts';

/** In the order of the document. */
export const plans: readonly Plan[] = [
  configPlan,
  basicPlan,
  formPostBasicPlan,
  rpLogoutPlan,
  backchannelLogoutPlan,
  frontchannelLogoutPlan,
  fapiSecurityPlan,
  fapiSigningPlan,
  cibaPlan,
];
