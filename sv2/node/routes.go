package node

import (
	"context"
	"fmt"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// routes say which handler gets what. They are checked once and shared by all connections of a server.
type routes struct {
	protocols [sv2.ProtocolTemplateDistribution + 1]route // by SetupConnection.protocol
	common    func(*Conn, Message) error                  // or nil
	decide    func(context.Context, *Conn, *sv2.SetupConnection) (uint32, error)
}

type route struct {
	Lifecycle
	handle func(*Conn, Message) error // nil for a Null handler
}

func isNull(handler any) bool {
	_, null := handler.(Null)
	return null || handler == nil
}

func (h *ServerHandlers) routes() *routes {
	r := &routes{decide: h.DecideSetup}
	if !isNull(h.Mining) {
		r.protocols[sv2.ProtocolMining] = route{h.Mining, h.Mining.ServeMining}
	}
	if !isNull(h.JobDeclaration) {
		r.protocols[sv2.ProtocolJobDeclaration] = route{h.JobDeclaration, h.JobDeclaration.ServeJobDeclaration}
	}
	if !isNull(h.TemplateDistribution) {
		r.protocols[sv2.ProtocolTemplateDistribution] = route{h.TemplateDistribution, h.TemplateDistribution.ServeTemplateDistribution}
	}
	r.setCommon(h.Common)
	return r
}

func (h *ClientHandlers) routes() *routes {
	r := &routes{}
	if !isNull(h.Mining) {
		r.protocols[sv2.ProtocolMining] = route{h.Mining, h.Mining.ReceiveMining}
	}
	if !isNull(h.JobDeclaration) {
		r.protocols[sv2.ProtocolJobDeclaration] = route{h.JobDeclaration, h.JobDeclaration.ReceiveJobDeclaration}
	}
	if !isNull(h.TemplateDistribution) {
		r.protocols[sv2.ProtocolTemplateDistribution] = route{h.TemplateDistribution, h.TemplateDistribution.ReceiveTemplateDistribution}
	}
	r.setCommon(h.Common)
	return r
}

func (r *routes) setCommon(h CommonHandler) {
	if !isNull(h) {
		r.common = h.HandleCommon
	}
}

// check refuses handlers that do not fit the profile.
func (r *routes) check(p *session.Profile, role sv2.Party) error {
	if p == nil || p.Role() != role {
		return fmt.Errorf("%w: no profile, or one of the other end", status.Argument)
	}
	spoken := false
	for protocol := range r.protocols {
		spoken = spoken || p.Speaks(uint8(protocol))
		switch handled := r.protocols[protocol].handle != nil; {
		case p.Speaks(uint8(protocol)) && !handled:
			return fmt.Errorf("%w: %w: protocol %d", status.Argument, ErrNullHandler, protocol)
		case !p.Speaks(uint8(protocol)) && handled:
			return fmt.Errorf("%w: %w: protocol %d", status.Argument, ErrUnusedHandler, protocol)
		}
	}
	if !spoken {
		return fmt.Errorf("%w: %w: a protocol that is not known", status.Argument, ErrNullHandler)
	}
	if p.HoldsSetup() != (r.decide != nil) {
		return fmt.Errorf("%w: %w", status.Argument, ErrDecideSetup)
	}
	return nil
}
