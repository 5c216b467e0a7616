import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes, Creates } from '../command-route.js';
import { dated, Dated } from '../occurrence.js';
import { BookingDetails, CancellationDetails, MoveDetails } from './booking.events.js';

class MakeBookingBody extends dated(BookingDetails) {
  @Uuid({ about: 'id of the booking; made by us if left out', optional: true })
  bookingId?: string;
}

class MoveBookingBody extends dated(MoveDetails) {}
class CancelBookingBody extends dated(CancellationDetails) {}

@ApiTags('bookings')
@Roles('staff')
@Controller('clients/:clientId/bookings')
export class BookingController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Book a visit; occurredAt is when it was booked')
  @Post()
  make(@ToClient() client: AddressedClient, @Body() body: MakeBookingBody): Promise<CommandAnswer> {
    const { bookingId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { bookingId, ...details };
    return this.commands.send({ kind: 'MakeBooking', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Move a booked visit to another time')
  @Post(':bookingId/move')
  move(
    @ToClient() client: AddressedClient,
    @UuidParam('bookingId') bookingId: string,
    @Body() body: MoveBookingBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { bookingId, ...details };
    return this.commands.send({ kind: 'MoveBooking', data }, { ...client, request: { bookingId, ...body } });
  }

  @Changes('Call a booked visit off')
  @Post(':bookingId/cancellation')
  cancel(
    @ToClient() client: AddressedClient,
    @UuidParam('bookingId') bookingId: string,
    @Body() body: CancelBookingBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { bookingId, ...details };
    return this.commands.send(
      { kind: 'CancelBooking', data },
      { ...client, request: { bookingId, ...body } },
    );
  }

  @Changes('Record that nobody was there')
  @Post(':bookingId/no-show')
  noShow(
    @ToClient() client: AddressedClient,
    @UuidParam('bookingId') bookingId: string,
    @Body() body: Dated,
  ): Promise<CommandAnswer> {
    const request = { bookingId, ...body };
    return this.commands.send({ kind: 'RecordNoShow', data: { bookingId } }, { ...client, request });
  }
}
