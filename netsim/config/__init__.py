"""What a network study may say in the configuration: one model for each training scheme."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from netsim.config.base import Setting
from netsim.config.pair import PairNetwork
from netsim.config.quantized import ExSituNetwork, QuantizedNetwork

__all__ = ["AnyNetwork", "ExSituNetwork", "NetworkConfig", "PairNetwork", "QuantizedNetwork", "Setting"]

NetworkConfig = Annotated[QuantizedNetwork | ExSituNetwork | PairNetwork, Field(discriminator="scheme")]
"""A network of the configuration, told apart by its `scheme`."""

AnyNetwork = QuantizedNetwork | ExSituNetwork | PairNetwork
