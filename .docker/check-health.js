// `node check-health.js <port>`: ends with 0 where the service says that it is ready.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/readyz`).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
