/**
 * The environment of a pod's process: what every pod has, the ports and volumes, then its own variables, in which
 * `$(NAME)` stands for one of those before.
 * @param {object} options
 * @param {Readonly<Record<string, string>>} options.base
 * @param {Readonly<Record<string, number>>} options.ports
 * @param {Readonly<Record<string, string>>} options.volumes directory by name
 * @param {Readonly<Record<string, string>>} options.own
 * @returns {Record<string, string>}
 */
export function podEnvironment({ base, ports, volumes, own }) {
  const variables = { ...base };
  for (const [name, port] of Object.entries(ports)) variables[`PORT_${variableName(name)}`] = String(port);
  for (const [name, dir] of Object.entries(volumes)) variables[`VOLUME_${variableName(name)}`] = dir;
  for (const [name, value] of Object.entries(own)) variables[name] = expand(value, variables);
  return variables;
}

/** @param {string} name such as `client-certs` */
const variableName = (name) => name.toUpperCase().replaceAll('-', '_');

/**
 * Replaces `$(NAME)` as a kubelet does: `$$(NAME)` stands for itself, and so does an unknown name.
 * @param {string} text
 * @param {Readonly<Record<string, string>>} variables
 */
export function expand(text, variables) {
  return text.replaceAll(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, /** @type {string | undefined} */ name) =>
    name === undefined ? '$' : (variables[name] ?? whole),
  );
}
