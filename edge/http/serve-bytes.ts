/** GET and HEAD of bytes that are in memory: what changes, and is small. */
import { planResponse, type Representation, representationHeaders } from './plan-response.ts';
import { problemResponse } from './problem.ts';
import { refusePlan } from './refuse-plan.ts';

export function serveBytes(
  bytes: Uint8Array<ArrayBuffer>,
  request: Request,
  described: Omit<Representation, 'sizeBytes'>,
): Response {
  const representation = { ...described, sizeBytes: bytes.length };
  const plan = planResponse(request, representation);
  switch (plan.kind) {
    case 'precondition-failed':
    case 'range-not-satisfiable':
      return problemResponse(refusePlan(plan.kind, bytes.length));
    case 'not-modified':
      return new Response(null, { status: 304, headers: representationHeaders(plan, representation) });
    case 'part': {
      const { offsetBytes, lengthBytes } = plan.range;
      const part = bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
      return new Response(part, { status: 206, headers: representationHeaders(plan, representation) });
    }
    case 'whole':
      return new Response(request.method === 'HEAD' ? null : bytes, {
        headers: representationHeaders(plan, representation),
      });
  }
}
