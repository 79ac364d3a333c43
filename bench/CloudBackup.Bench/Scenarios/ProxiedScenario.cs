using System.Diagnostics.CodeAnalysis;
using CloudBackup.Bench.Contenders;
using CloudBackup.IntegrationTests.S3;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A scenario whose requests go to the bucket through a proxy, which makes the way there long or narrow.</summary>
[SuppressMessage("Design", "CA1001", Justification = "CleanUpAsync ends the proxy; a scenario itself lives as long as the program.")]
internal abstract class ProxiedScenario : Scenario
{
    private FaultProxy? _proxy;

    /// <summary>The proxy, once <see cref="PrepareAsync"/> has made it.</summary>
    protected FaultProxy Proxy => _proxy ?? throw new InvalidOperationException("There is no proxy before the scenario is prepared.");

    /// <inheritdoc/>
    public override Task PrepareAsync(Place place)
    {
        _proxy = new FaultProxy(Bucket.Port);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task CleanUpAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
        await Bucket.EmptyAsync();
    }
}
