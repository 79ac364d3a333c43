namespace CloudBackup.IntegrationTests.S3;

/// <summary>A server that goes away at a chosen request, once, and comes back.</summary>
internal sealed class Outage(FaultProxy proxy, TimeSpan duration)
{
    private readonly TaskCompletionSource _over = new();
    private int _hasBegun;

    public Task Over => _over.Task;

    public Func<ProxiedRequest, Fault?> Decide(Func<ProxiedRequest, bool> begins) => request =>
    {
        if (begins(request) && Interlocked.Exchange(ref _hasBegun, 1) == 0)
        {
            _ = Task.Run(RunAsync);
        }
        return null;
    };

    private async Task RunAsync()
    {
        await proxy.GoDownAsync();
        await Task.Delay(duration);
        proxy.ComeBack();
        _over.SetResult();
    }
}
