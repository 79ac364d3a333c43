using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudBackup.Bench.Engine;

/// <summary>
/// As much of an S3 server as removing needs, on loopback. Each request waits for the latency, then is done. Without bulk deletes it answers
/// as stores do that have none.
/// </summary>
internal sealed class SlowS3Server : IDisposable
{
    private static readonly byte[] Done = "<DeleteResult/>"u8.ToArray();
    private static readonly byte[] Refused = "<Error><Code>NotImplemented</Code></Error>"u8.ToArray();

    private readonly HttpListener _listener = new();
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly TimeSpan _latency;
    private readonly bool _hasBulk;

    /// <summary>Starts the server.</summary>
    public SlowS3Server(TimeSpan latency, bool hasBulk)
    {
        (_latency, _hasBulk) = (latency, hasBulk);
        Url = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its address.</summary>
    public string Url { get; }

    /// <summary>How many objects it was told to remove, each counted once.</summary>
    public int RemovedCount
    {
        get
        {
            lock (_removed)
            {
                return _removed.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_listener).Dispose();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception failure) when (failure is ObjectDisposedException or HttpListenerException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        await Task.Delay(_latency);
        (response.StatusCode, var answer) = Answer(request, body);
        // In one piece: else the listener sends three, and waits 40 ms for the acknowledgement of the first.
        response.Close(answer, willBlock: false);
    }

    private (int Status, byte[] Answer) Answer(HttpListenerRequest request, MemoryStream body)
    {
        if (request.HttpMethod == "DELETE")
        {
            Remove([request.Url!.AbsolutePath]);
            return ((int)HttpStatusCode.NoContent, []);
        }
        if (_hasBulk)
        {
            Remove(KeysIn(body.GetBuffer().AsSpan(0, (int)body.Length)));
            return ((int)HttpStatusCode.OK, Done);
        }
        return ((int)HttpStatusCode.NotImplemented, Refused);
    }

    /// <summary>Without a parser: what the server takes besides its latency is taken from the one who is measured.</summary>
    private static List<string> KeysIn(ReadOnlySpan<byte> body)
    {
        var keys = new List<string>();
        while (body.IndexOf("<Key>"u8) is >= 0 and var at)
        {
            body = body[(at + "<Key>".Length)..];
            var length = body.IndexOf((byte)'<');
            keys.Add(Encoding.UTF8.GetString(body[..length]));
            body = body[length..];
        }
        return keys;
    }

    private void Remove(List<string> keys)
    {
        lock (_removed)
        {
            _removed.UnionWith(keys);
        }
    }
}
