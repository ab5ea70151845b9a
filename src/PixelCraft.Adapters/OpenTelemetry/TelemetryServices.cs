using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PixelCraft.Adapters.OpenTelemetry;

/// <summary>Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The OTLP endpoint (gRPC) that traces and metrics go to; empty sends nothing. <c>/metrics</c> is there in any case.</summary>
    [Url(ErrorMessage = "Not a URL.")]
    public string? Otlp { get; set; }

    /// <summary>The share of requests that are traced. 0.1; 0 to 1. A caller's decision to trace is followed.</summary>
    [Range(0d, 1d)]
    public double TraceShare { get; set; } = 0.1;
}

/// <summary>Traces and metrics by OpenTelemetry.</summary>
public static class TelemetryServices
{
    /// <summary>Name of the program's own meter and activity source.</summary>
    public const string Source = "PixelCraft";

    /// <summary>Collects metrics for <c>/metrics</c>, and sends both to OTLP where an endpoint is configured.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Where to.</param>
    /// <param name="role">The process role, told with everything that is sent.</param>
    /// <param name="version">The program's version, likewise.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options, string role, string version)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("pixelcraft", serviceVersion: version).AddAttributes([KeyValuePair.Create("pixelcraft.role", (object)role)]))
            .WithMetrics(metrics => metrics
                .AddMeter(Source, "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (string.IsNullOrEmpty(options.Otlp)) return services;
        telemetry.WithTracing(tracing => tracing
            .AddSource(Source)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddNpgsql()
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceShare))));
        telemetry.UseOtlpExporter(global::OpenTelemetry.Exporter.OtlpExportProtocol.Grpc, new Uri(options.Otlp));
        return services;
    }

    /// <summary>Maps <c>/metrics</c> in Prometheus' text format.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics");
}
