// Preloaded where a program is measured as in a container whose memory is limited (ESO_LIMIT_MIB): a process outside of one has no limit.
const bytes = Number(process.env['ESO_LIMIT_MIB']) * 2 ** 20;
process.constrainedMemory = () => bytes;
