/** Which installed packages a package of the workspace brings along, read from package-lock.json. */

/** The part of package-lock.json that is read here. */
export interface Lockfile {
  /** By place: `libs/api`, `node_modules/pino`, `node_modules/a/node_modules/b`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** One installed package, or a link to a package of the workspace. */
export interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * The places of all that `folder` has when it runs: what it depends on, what that depends on, and so on. An optional peer of an npm
 * package counts where it is installed, since the package looks for it (debug for supports-color); one of a package of the workspace
 * does not: who wants it names it himself.
 * @param folder place of a package of the workspace: `apps/core`
 * @param follow whether to go on from a package of the workspace (`from`, `to` are their folders) to another; default always
 * @returns folders of packages of the workspace (`folder` among them) and places below `node_modules`, each without an end `/`
 */
export function runtimeClosure(
  { packages }: Lockfile,
  folder: string,
  follow: (from: string, to: string) => boolean = () => true,
): Set<string> {
  const reached = new Set<string>([folder]);
  for (const place of reached) {
    for (const name of neededBy(packages[place] ?? {}, place.includes('node_modules/'))) {
      const found = installedPlace(packages, place, name);
      if (found === undefined) continue;
      const { link, resolved } = packages[found] ?? {};
      const target = link && resolved !== undefined ? resolved : found;
      if (target === found || follow(place, target)) reached.add(target);
    }
  }
  return reached;
}

function neededBy(locked: LockedPackage, optionalPeers: boolean): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = locked;
  const named = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies, ...peerDependenciesMeta });
  return optionalPeers ? named : named.filter((name) => peerDependenciesMeta[name]?.optional !== true);
}

/** Looks for a package as Node does: in `node_modules` beside the one that needs it, then one folder up at a time. */
function installedPlace(packages: Lockfile['packages'], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in packages) return place;
    if (folder === '') return undefined;
  }
}
