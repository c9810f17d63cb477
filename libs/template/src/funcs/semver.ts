import { define, own, t } from './define.ts';
import { parseConstraints, satisfiesConstraint } from './semver-constraint.ts';
import { Version, versionType } from './semver-version.ts';

/** Semantic versions with the constraints of Masterminds/semver v3. */
export const semverFunctions = [
  define('semver', [t.string], own<Version>(versionType), (_context, text) => new Version(text)),
  define('semverCompare', [t.string, t.string], t.bool, (context, constraint, text) => {
    context.budget.step(constraint.length);
    const alternatives = parseConstraints(constraint);
    return satisfiesConstraint(new Version(text), alternatives);
  }),
];
