using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>What happens to one request.</summary>
internal abstract record Fault
{
    /// <summary>The proxy answers itself, after it has read the request.</summary>
    public sealed record Answer(int Status, string Code, string Headers = "") : Fault
    {
        /// <summary>What it says; null for an error of that code.</summary>
        public string? Body { get; init; }

        /// <summary>Whether the server does its work before.</summary>
        public bool ReachesServer { get; init; }
    }

    /// <summary>The request is read, and nobody answers.</summary>
    public sealed record Silence : Fault;

    /// <summary>The server does not hear of one of the request's headers.</summary>
    public sealed record DropHeader(string Name) : Fault;

    /// <summary>The connection is torn when so many bytes of the request's body have come.</summary>
    public sealed record ResetRequest(long After) : Fault;

    /// <summary>The connection is torn (or ended, as if all were well) when so many bytes of the answer's body have gone.</summary>
    public sealed record BreakAnswer(long After, bool IsReset) : Fault;

    /// <summary>The server does its work, and nobody hears of it.</summary>
    public sealed record LoseAnswer : Fault;

    /// <summary>The answer's body comes a few bytes at a time, for ever.</summary>
    public sealed record Trickle : Fault;
}

/// <summary>A request that came by, with its number from 1.</summary>
internal sealed record ProxiedRequest(int Number, string Method, string Target, long Length, string Head)
{
    /// <summary>The value of a header; null when there is none.</summary>
    public string? Header(string name) => HttpMessage.Header(Head.Split("\r\n"), name);
}

/// <summary>Stands between us and a server on loopback, and does what networks and busy servers do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly int _serverPort;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _connections = [];
    private TcpListener _listener;
    private Task _accepting;
    private readonly Lock _line = new();
    private long _lineFree;
    private int _requests;

    public FaultProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start(1000);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>What happens to a request; null for nothing.</summary>
    public Func<ProxiedRequest, Fault?> Decide { get; set; } = _ => null;

    /// <summary>Is shown each request that is passed on, with its body.</summary>
    public Action<ProxiedRequest, byte[]>? Watch { get; set; }

    /// <summary>How long each request takes before it reaches the server.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>How many bytes of bodies reach the server in a second, over all connections together; null for as many as may be.</summary>
    public long? BytesPerSecond { get; set; }

    /// <summary>How many requests came by.</summary>
    public int Requests => _requests;

    /// <summary>The server is gone: nobody listens, and every connection is torn.</summary>
    public async Task GoDownAsync()
    {
        _listener.Stop();
        lock (_connections)
        {
            _connections.ForEach(Tear);
            _connections.Clear();
        }
        await _accepting;
    }

    /// <summary>The server is back.</summary>
    public void ComeBack()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start(1000);
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await GoDownAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    /// <summary>Waits until the line has room for so many bytes more.</summary>
    private async ValueTask PaceAsync(int count)
    {
        if (BytesPerSecond is not { } rate)
        {
            return;
        }
        TimeSpan wait;
        lock (_line)
        {
            var now = Stopwatch.GetTimestamp();
            _lineFree = Math.Max(_lineFree, now) + (Stopwatch.Frequency * count / rate);
            wait = Stopwatch.GetElapsedTime(now, _lineFree);
        }
        await Task.Delay(wait, _stop.Token);
    }

    private static void Tear(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Torn already.
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_stop.Token);
                client.NoDelay = true;
                lock (_connections)
                {
                    _connections.Add(client);
                }
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
            await using var fromClient = new NetworkStream(client);
            await using var fromServer = new NetworkStream(server);
            var exchange = new Exchange(this, client, fromClient, fromServer, _stop.Token);
            while (await exchange.RunAsync())
            {
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Tear(client);
        }
        finally
        {
            lock (_connections)
            {
                _connections.Remove(client);
            }
            client.Dispose();
        }
    }

    /// <summary>Requests and answers of one connection.</summary>
    private sealed class Exchange(FaultProxy proxy, Socket client, NetworkStream toClient, NetworkStream toServer, CancellationToken stop)
    {
        private readonly HttpReader _client = new(toClient);
        private readonly HttpReader _server = new(toServer);

        public async Task<bool> RunAsync()
        {
            if (await HttpMessage.ReadAsync(_client, stop) is not { } request)
            {
                return false;
            }
            var number = Interlocked.Increment(ref proxy._requests);
            var proxied = new ProxiedRequest(number, request.Method, request.Target, request.Length ?? 0, Encoding.Latin1.GetString(request.Head));
            var fault = proxy.Decide(proxied);
            if (proxy.Latency > TimeSpan.Zero)
            {
                await Task.Delay(proxy.Latency, stop);
            }
            return fault switch
            {
                Fault.Answer answer => await AnswerAsync(request, answer),
                Fault.ResetRequest reset => await ResetAsync(request, reset.After),
                Fault.Silence => await KeepSilentAsync(request),
                Fault.DropHeader drop => await PassAsync(request.Without(drop.Name), proxied, null),
                _ => await PassAsync(request, proxied, fault),
            };
        }

        private async Task<bool> AnswerAsync(HttpMessage request, Fault.Answer answer)
        {
            if (answer.ReachesServer)
            {
                await toServer.WriteAsync(request.Head, stop);
                await request.PassBodyAsync(_client, bytes => toServer.WriteAsync(bytes, stop), stop);
                await DrainAsync(request, await ReadAnswerAsync());
            }
            else
            {
                await request.PassBodyAsync(_client, _ => ValueTask.CompletedTask, stop);
            }
            var body = request.Method == "HEAD" ? "" : answer.Body ?? $"<?xml version=\"1.0\"?><Error><Code>{answer.Code}</Code><Message>Injected.</Message></Error>";
            await toClient.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Status} Injected\r\nContent-Type: application/xml\r\n{answer.Headers}{(answer.ReachesServer ? "Connection: close\r\n" : "")}Content-Length: {body.Length}\r\n\r\n{body}"), stop);
            return !answer.ReachesServer; // not every server says where the answer that nobody hears ends
        }

        private async Task<bool> ResetAsync(HttpMessage request, long after)
        {
            await _client.PassAsync(Math.Min(after, request.Length ?? 0), _ => ValueTask.CompletedTask, stop);
            Tear(client);
            return false;
        }

        private async Task<bool> KeepSilentAsync(HttpMessage request)
        {
            await request.PassBodyAsync(_client, _ => ValueTask.CompletedTask, stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return false;
        }

        private async Task<bool> PassAsync(HttpMessage request, ProxiedRequest proxied, Fault? fault)
        {
            using var seen = proxy.Watch is null ? null : new MemoryStream();
            await toServer.WriteAsync(request.Head, stop);
            await request.PassBodyAsync(
                _client,
                async bytes =>
                {
                    seen?.Write(bytes.Span);
                    await proxy.PaceAsync(bytes.Length);
                    await toServer.WriteAsync(bytes, stop);
                },
                stop);
            proxy.Watch?.Invoke(proxied, seen!.ToArray());
            var answer = await ReadAnswerAsync();
            if (fault is Fault.LoseAnswer)
            {
                await DrainAsync(request, answer);
                Tear(client);
                return false;
            }
            await toClient.WriteAsync(answer.Head, stop);
            if (HasBody(request, answer))
            {
                await answer.PassBodyAsync(_server, Writer(fault), stop);
            }
            return true;
        }

        private async Task<HttpMessage> ReadAnswerAsync()
        {
            while (true)
            {
                var answer = await HttpMessage.ReadAsync(_server, stop) ?? throw new IOException("The server closed the connection.");
                if (answer.Status != 100)
                {
                    return answer;
                }
            }
        }

        private Task DrainAsync(HttpMessage request, HttpMessage answer) =>
            HasBody(request, answer) ? answer.PassBodyAsync(_server, _ => ValueTask.CompletedTask, stop) : Task.CompletedTask;

        private static bool HasBody(HttpMessage request, HttpMessage answer) => request.Method != "HEAD" && answer.Status is not (204 or 304);

        private Func<ReadOnlyMemory<byte>, ValueTask> Writer(Fault? fault)
        {
            var left = (fault as Fault.BreakAnswer)?.After ?? long.MaxValue;
            return async bytes =>
            {
                if (fault is Fault.Trickle)
                {
                    await TrickleAsync(bytes);
                    return;
                }
                await toClient.WriteAsync(bytes[..(int)Math.Min(bytes.Length, left)], stop);
                left -= bytes.Length;
                if (left <= 0)
                {
                    await toClient.FlushAsync(stop);
                    if (((Fault.BreakAnswer)fault!).IsReset)
                    {
                        Tear(client);
                    }
                    client.Shutdown(SocketShutdown.Both);
                    throw new IOException("Broken on purpose.");
                }
            };
        }

        private async Task TrickleAsync(ReadOnlyMemory<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                await toClient.WriteAsync(bytes.Slice(i, 1), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
            }
        }
    }
}
