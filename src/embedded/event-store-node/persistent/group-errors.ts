import { GrpcError, Status } from '../wire/grpc-error.js';

type Named = { stream: string; group: string };

function failure(status: number, exception: string, { stream, group }: Named, what: string): GrpcError {
  return new GrpcError(status, `Subscription group ${group} on stream ${stream} ${what}.`, {
    exception,
    'stream-name': stream,
    'group-name': group,
  });
}

export function groupDoesNotExist(named: Named): GrpcError {
  return failure(Status.NOT_FOUND, 'persistent-subscription-does-not-exist', named, 'does not exist');
}

export function groupExists(named: Named): GrpcError {
  return failure(Status.ALREADY_EXISTS, 'persistent-subscription-exists', named, 'exists');
}

export function groupDropped(named: Named): GrpcError {
  return failure(Status.CANCELLED, 'persistent-subscription-dropped', named, 'was dropped');
}

export function tooManyConsumers(named: Named): GrpcError {
  return failure(
    Status.FAILED_PRECONDITION,
    'maximum-subscribers-reached',
    named,
    'reached maximum subscribers',
  );
}
