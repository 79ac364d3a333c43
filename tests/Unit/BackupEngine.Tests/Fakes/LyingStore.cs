using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Fakes;

/// <summary>An HTTP server on loopback that answers S3 requests with what a test says.</summary>
internal sealed class LyingStore : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly List<string> _requests = [];

    /// <summary>Starts it.</summary>
    /// <param name="answer">What it says to a request; null for nothing, with the connection left open.</param>
    public LyingStore(Func<Question, Answer?> answer)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public int Port { get; }

    /// <summary>Method and target of all requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public S3Storage Open(int? listLength = null, TimeProvider? time = null)
    {
        var place = BucketAddress.Of(S3Profiles.Find("minio")!, new S3Settings { Bucket = "backups", Endpoint = $"http://127.0.0.1:{Port}" });
        var context = new StorageContext(time ?? TimeProvider.System, new SeededRandom(1), _ => { }, inner => inner)
        {
            Credential = new StorageCredential("key", "secret"),
            ListLength = listLength,
            // Nothing here may be tried for five minutes: what is, fails the test by being tried too often.
            Retry = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5), GiveUpUnreadableAfter = TimeSpan.FromMilliseconds(20) },
        };
        return new S3Storage(place, context);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync(Func<Question, Answer?> answer)
    {
        try
        {
            while (true)
            {
                Serve(await _listener.GetContextAsync(), answer);
            }
        }
        catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private void Serve(HttpListenerContext context, Func<Question, Answer?> answer)
    {
        int number;
        lock (_requests)
        {
            _requests.Add($"{context.Request.HttpMethod} {context.Request.RawUrl}");
            number = _requests.Count;
        }
        context.Request.InputStream.CopyTo(Stream.Null);
        var said = answer(new Question(number, context.Request.HttpMethod, context.Request.RawUrl!, context.Request.QueryString.Get));
        if (said is null)
        {
            return;
        }
        context.Response.StatusCode = said.Status;
        context.Response.SendChunked = said.Work is not null;
        context.Response.ContentType = said.ContentType;
        if (said.ETag is not null)
        {
            context.Response.Headers["ETag"] = said.ETag;
        }
        foreach (var (name, value) in said.Headers ?? [])
        {
            context.Response.Headers[name] = value;
        }
        if (context.Request.HttpMethod == "HEAD")
        {
            context.Response.ContentLength64 = said.Body.Length;
            context.Response.OutputStream.Close();
        }
        else
        {
            said.Work?.Invoke(context.Response.OutputStream);
            context.Response.Close(Encoding.UTF8.GetBytes(said.Body), willBlock: true);
        }
    }

    /// <summary>A request.</summary>
    public sealed record Question(int Number, string Method, string Target, Func<string, string?> Query);

    /// <summary>An answer.</summary>
    public sealed record Answer(int Status, string Body, string ContentType = "application/xml", string? ETag = null, Dictionary<string, string>? Headers = null)
    {
        /// <summary>What is done, and sent, before the body.</summary>
        public Action<Stream>? Work { get; init; }
    }
}
