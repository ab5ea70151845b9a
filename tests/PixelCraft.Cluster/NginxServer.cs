namespace PixelCraft.Cluster;

/// <summary>An nginx with one of the templates in <c>deploy/nginx</c>.</summary>
public abstract class NginxServer : RealServer
{
    private const string Modules = "/usr/lib/nginx/modules";

    private readonly string _program = Programs.Find("nginx", "nginx");
    private readonly string _template;
    // Nothing of it needs root's rights.
    private readonly string? _account = Environment.UserName == "root" ? "www-data" : null;

    private readonly int _port;

    private protected NginxServer(Place place, string template, int? port = null) : base(place)
    {
        _port = port ?? Ports.Free();
        if (!System.IO.File.Exists(Path.Combine(Modules, "ngx_http_lua_module.so")))
            throw new ServerMissingException("nginx's Lua is not installed (Debian package libnginx-mod-http-lua).");
        _template = template;
    }

    /// <summary>Where everybody asks.</summary>
    public Uri Url => new($"http://{Place.Address}:{_port}");

    /// <summary>What the template's words stand for; <c>LISTEN</c> and <c>LUA</c> are known.</summary>
    private protected abstract IReadOnlyDictionary<string, string> Values { get; }

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        // To where its account may read them.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy/nginx"))) System.IO.File.Copy(file, File(Path.GetFileName(file)));
        var configuration = await System.IO.File.ReadAllTextAsync(File(_template), ct);
        foreach (var (name, value) in Values.Concat([new("LISTEN", Url.Authority), new("LUA", Folder)]))
            configuration = configuration.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File("server.conf"), configuration, ct);
        await System.IO.File.WriteAllTextAsync(File("nginx.conf"), $$"""
            daemon off;
            worker_processes 2;
            pid {{File("pid")}};
            error_log stderr warn;
            include /etc/nginx/modules-enabled/*.conf;
            events { worker_connections 4096; }
            http {
                include /etc/nginx/mime.types;
                access_log off;
                client_body_temp_path {{File("temp-body")}};
                proxy_temp_path {{File("temp-proxy")}};
                fastcgi_temp_path {{File("temp-fastcgi")}};
                uwsgi_temp_path {{File("temp-uwsgi")}};
                scgi_temp_path {{File("temp-scgi")}};
                include {{File("server.conf")}};
            }

            """, ct);
        // Debian's modules are named from nginx's folder, which is this one.
        if (Directory.Exists(Modules) && !Directory.Exists(File("modules")))
            Directory.CreateSymbolicLink(File("modules"), Modules);
        if (_account is not null)
            await Programs.RunOrThrowAsync("chown", ["-R", "--no-dereference", _account, Folder], null, ct);
    }

    private protected override ServerProcess StartProcess() => Start("log", _program, ["-p", Folder, "-e", "stderr", "-c", File("nginx.conf")], _account);

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => ListensAsync(Place.Address, _port, ct);
}
