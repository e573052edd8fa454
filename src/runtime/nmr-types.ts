/** The structures that a network module registers with; they stay valid and unchanged while it is registered (N2). */
import type {
  NPI_CLIENT_ATTACH_PROVIDER_FN,
  NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN,
  NPI_CLIENT_DETACH_PROVIDER_FN,
  NPI_PROVIDER_ATTACH_CLIENT_FN,
  NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN,
  NPI_PROVIDER_DETACH_CLIENT_FN,
} from './roles.js';

export interface NPI_MODULEID {
  /** Size and kind of the structure; the simulation reads neither, and a literal may leave them out. */
  Length?: number;
  Type?: number;
  Guid: string;
}

export interface NPI_REGISTRATION_INSTANCE {
  /** Zero (N7). */
  Version: number;
  Size: number;
  /** Clients and providers of the same NPI are offered to each other. */
  NpiId: string;
  ModuleId: NPI_MODULEID;
  Number: number;
  NpiSpecificCharacteristics: unknown;
}

export interface NPI_CLIENT_CHARACTERISTICS {
  /** Zero (N7). */
  Version: number;
  Length: number;
  ClientAttachProvider: NPI_CLIENT_ATTACH_PROVIDER_FN;
  ClientDetachProvider: NPI_CLIENT_DETACH_PROVIDER_FN;
  /** NULL when there is nothing to clean up (N7). */
  ClientCleanupBindingContext: NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN | null;
  ClientRegistrationInstance: NPI_REGISTRATION_INSTANCE;
}

export interface NPI_PROVIDER_CHARACTERISTICS {
  /** Zero (N7). */
  Version: number;
  Length: number;
  ProviderAttachClient: NPI_PROVIDER_ATTACH_CLIENT_FN;
  ProviderDetachClient: NPI_PROVIDER_DETACH_CLIENT_FN;
  /** NULL when there is nothing to clean up (N7). */
  ProviderCleanupBindingContext: NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN | null;
  ProviderRegistrationInstance: NPI_REGISTRATION_INSTANCE;
}
